"""Whether a folder lies on this machine's own disks or comes over a network."""

import os
from pathlib import Path

import psutil

#: Types of file systems, as the system calls them, that other machines can write to as well. Those
#: of FUSE are named by what stands behind `fuse.`; 9p and virtiofs are a virtual machine's view of
#: its host's folders.
NETWORK = frozenset({
    "9p", "afpfs", "afs", "beegfs", "ceph", "ceph-fuse", "cifs", "coda", "davfs", "davfs2", "fhgfs",
    "gcsfuse", "gfs", "gfs2", "glusterfs", "goofys", "gpfs", "juicefs", "lustre", "mfs", "moosefs",
    "mount-s3", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2",
    "rclone", "s3fs", "smb", "smb2", "smb3", "smbfs", "sshfs", "vboxsf", "virtiofs", "vmhgfs",
    "vmhgfs-fuse", "webdav", "wekafs",
})  # fmt: skip


def network_file_system(folder: Path) -> str | None:
    """Give the type of the file system that a folder is on when it comes over a network.

    Args:
        folder: it may not exist yet; then the nearest that does counts.

    Returns:
        As `nfs4`; None for a disk of this machine, and where the system does not say.
    """
    place = folder.resolve()
    try:
        mounts = psutil.disk_partitions(all=True)
    except (OSError, RuntimeError, psutil.Error):
        return None
    # What is mounted last at a place hides what was there before.
    mounted = {Path(one.mountpoint): one.fstype.lower() for one in mounts}
    found = next((mounted[one] for one in (place, *place.parents) if one in mounted), "")
    if os.name == "nt" and str(place).startswith("\\\\"):
        return "smb"
    return found if found.removeprefix("fuse.") in NETWORK else None
