"""What a worker's environment lacks."""

import pytest

from tunegrid.running.process import without_r

LDPATHS = """
: ${R_LD_LIBRARY_PATH=${R_HOME}/lib:/usr/lib/somewhere}
LD_LIBRARY_PATH="${R_LD_LIBRARY_PATH}${LD_LIBRARY_PATH:+:${LD_LIBRARY_PATH}}"
export LD_LIBRARY_PATH
"""


@pytest.fixture
def home(tmp_path):
    """R's folder, with the script that sets where its libraries are."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "ldpaths").write_text(LDPATHS)
    return str(tmp_path)


@pytest.mark.parametrize("own", [[], ["/opt/mine"], ["/opt/mine", "/usr/lib/somewhere"]])
def test_the_folders_of_r_s_libraries_are_taken_out_and_no_others(home, own):
    """The user's own stay, in their order, also one that R has too."""
    folders = [f"{home}/lib", "/usr/lib/somewhere", *own]
    environment = {"R_HOME": home, "LD_LIBRARY_PATH": ":".join(folders), "PATH": "/bin"}
    left = without_r(environment)
    assert left.pop("LD_LIBRARY_PATH", "") == ":".join(own)
    assert left == {"R_HOME": home, "PATH": "/bin"}


@pytest.mark.parametrize("environment", [{}, {"LD_LIBRARY_PATH": "/a:/b"}, {"R_HOME": "/nowhere"}])
def test_where_no_r_is_nothing_is_changed(environment):
    """As for a driver that was started from a shell."""
    assert without_r(environment) == environment
