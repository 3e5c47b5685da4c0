"""How a study came to its conclusions: what was changed together, chosen, described and run."""

from collections.abc import Iterator, Sequence

from ..plan.configuration import Configuration
from ..plan.grid import configurations
from ..study.claims import Claim, LargerDifference, Monotone, Ranking
from ..study.settings import NAMES
from ..study.stated import StatedSettings
from .claims import claim_holds, claims_that_fail
from .evidence import OPTIMIZER, REPORTED, Cell, Evidence, places
from .finding import Finding
from .images import sizes, updates
from .numbers import without
from .precision import text_of

#: Settings of what is learned from, and of how; the others are the model.
_DATA = (
    "dataset", "scaling", "orientation", "validation", "validation_size", "train_size", "rotation",
    "split", "split_seed", "fold", "folds",
)  # fmt: skip
_TRAINING = ("loss", "optimizer", "batch_size", "epochs", "precision")
_MODEL = NAMES - {*_DATA, *_TRAINING, *REPORTED, *OPTIMIZER}


def claims(evidence: Evidence) -> Iterator[Finding]:
    """A claim holds on the study's own numbers."""
    for claim in evidence.study.claims:
        if claim_holds(evidence, claim) is False:
            message = f"{claim.source}: the study's own numbers do not bear out: {claim.text}"
            yield Finding(claim.source, "holds", "does not hold", message, "overturns")


def stated_settings(evidence: Evidence) -> Iterator[Finding]:
    """A setting that the text states is the one of every configuration it is stated for."""
    for entry in evidence.stated("settings"):
        for stated, given, place in _unlike(evidence, entry):
            message = f"{entry.source}: {stated} is stated; {place}: {given}."
            yield Finding(entry.source, stated, given, message)
    for cell in evidence.cells:
        for key in sorted(cell.printed.keys() & NAMES):
            values = [_setting(one, key) for one in cell.under.values()]
            if _are_comparable(cell.printed[key], values) and not any(
                _is_same(cell.printed[key], value) for value in values
            ):
                stated, given = f"{key} = {cell.printed[key]}", f"{key} = {values[0]}"
                message = f"{cell.place}: {stated} for {cell.label}; elsewhere {given}."
                yield Finding(cell.place, stated, given, message)


def described_and_run(evidence: Evidence) -> Iterator[Finding]:
    """What a report describes is what was run: its protocols agree where it states something."""
    run = evidence.protocols[0]
    for described in evidence.protocols[1:]:
        found: dict[tuple[str, object, object], list[Cell]] = {}
        for cell in evidence.cells:
            one, other = cell.under.get(described), cell.under.get(run)
            for key in sorted({*one.settings, *other.settings}) if one and other else ():
                values = one.setting(key), other.setting(key)
                if values[0] != values[1] and not evidence.is_assumed(key, one):
                    found.setdefault((key, *values), []).append(cell)
        for (key, stated, given), cells in found.items():
            where = ", ".join(dict.fromkeys(cell.experiment for cell in cells))
            yield Finding(
                where,
                f"{key} = {stated}",
                f"{key} = {given}",
                f"{key} = {stated} by the protocol {described}, {given} by {run}, where the "
                f"printed numbers came from ({where}).",
            )


def data_source(evidence: Evidence) -> Iterator[Finding]:
    """The runs are of the images that the study read."""
    data, run = evidence.study.data, evidence.protocols[0]
    if data is None:
        return
    found = [
        cell.experiment for cell in evidence.cells
        if run in cell.under and cell.under[run].data.name == data.ours != data.dataset
    ]  # fmt: skip
    if found:
        theirs, ours = (evidence.study.dataset(one).title for one in (data.dataset, data.ours))
        more = "; ".join(filter(None, (data.release, data.split)))
        like = [
            name for name in evidence.study.protocols
            if run in evidence.study.lineage(name)[1:] and _runs_on(evidence, name, data.dataset)
        ]  # fmt: skip
        exact = f" The protocol {like[0]} has them." if like else ""
        where = ", ".join(dict.fromkeys(found))
        yield Finding(
            where,
            theirs,
            ours,
            f"{where}: {data.reason}; the protocol {run} runs on {ours} in place of {theirs}"
            f"{f' ({more})' if more else ''}, so single numbers are of other images.{exact}",
            "note",
        )


def _runs_on(evidence: Evidence, protocol: str, dataset: str) -> bool:
    found = configurations(evidence.study, protocol=protocol)
    return any(one.data.name == dataset for one in found)


def changed_together(evidence: Evidence) -> Iterator[Finding]:
    """A comparison that a claim rests on changes one thing: the model, or one other setting."""
    for claim in evidence.study.claims:
        for protocol in evidence.protocols:
            changed = _changed(evidence, claim, protocol)
            if len(changed) > 1:
                under = f" (protocol {protocol})" if len(evidence.protocols) > 1 else ""
                yield Finding(
                    claim.source,
                    f"{claim.id}: one thing",
                    ", ".join(changed),
                    f"{claim.source}: the two sides of the claim {claim.id} differ in "
                    f"{', '.join(changed[:-1])} and {changed[-1]}{under}; which of these makes "
                    f"the difference cannot be said.",
                    "overturns",
                )
                break
        yield from _batches(evidence, claim)


def selection(evidence: Evidence) -> Iterator[Finding]:
    """What is reported was not chosen by its score on the images that it is reported on."""
    yield from _best_epochs(evidence)
    chosen: dict[str, tuple[Ranking, list[Cell]]] = {}
    for claim in evidence.study.claims:
        if (
            isinstance(claim, Ranking)
            and claim.measure == "accuracy"
            and claim_holds(evidence, claim)
        ):
            among = evidence.pick(claim.among)
            winner = max(among, key=lambda cell: cell.scores[claim.measure])
            if evidence.is_on_test(winner) and len(among) > len(
                chosen.get(winner.label, (0, ()))[1]
            ):
                chosen[winner.label] = (claim, among)
    for label, (claim, among) in chosen.items():
        best = text_of(max(cell.scores[claim.measure] for cell in among))
        yield Finding(
            claim.source,
            best,
            f"less than {best}",
            f"{claim.source}: {label} is chosen among {len(among)} by its test accuracy, and "
            f"{best} is that same accuracy: the best of {len(among)} is too high on average.",
            "note",
        )


def _unlike(evidence: Evidence, entry: StatedSettings) -> Iterator[tuple[str, str, str]]:
    """Give stated settings and those given in their place, joined for each place."""
    found: dict[str, dict[str, tuple[object, object]]] = {}
    for key, value in entry.set.items():
        for given, cells in evidence.conflicts(
            entry.group, value, lambda one, key=key: _setting(one, key), _is_same
        ):
            told = [cell for cell in cells if not _assumed(evidence, key, cell)]
            if told:
                found.setdefault(places(told), {})[key] = (value, given)
    for place, values in found.items():
        stated, given = (
            ", ".join(f"{key} = {pair[side]}" for key, pair in values.items()) for side in (0, 1)
        )
        yield stated, given, place


def _setting(one: Configuration, key: str) -> object:
    """Give what a setting comes to, also where it is left open."""
    return sizes(one)["training"] if key == "train_size" else one.setting(key)


def _is_same(stated: object, given: object) -> bool:
    """Compare settings: what is not set is 0 or none, and names are names in any case."""
    if given is None:
        return stated in (0, "none")
    if isinstance(stated, str) and isinstance(given, str):
        return stated.casefold() == given.casefold()
    return stated == given


def _are_comparable(printed: object, values: Sequence[object]) -> bool:
    """Say whether a column that is called as a setting holds values of it."""
    known = [value for value in values if value is not None]
    return printed is not None and all(
        isinstance(value, str) == isinstance(printed, str) for value in known
    )


def _assumed(evidence: Evidence, key: str, cell: Cell) -> bool:
    return any(evidence.is_assumed(key, one) for one in cell.under.values())


def _changed(evidence: Evidence, claim: Claim, protocol: str) -> list[str]:
    """Name what differs between the two sides of a claim, with the values of each."""
    sides = [
        [cell.under[protocol] for cell in evidence.pick(where) if protocol in cell.under]
        for where in _sides(claim)
    ]
    if len(sides) != len(("one", "other")) or not all(sides):
        return []
    differing = {
        key: values
        for key in [*_DATA, *_TRAINING, *OPTIMIZER - {"optimizer"}, *sorted(_MODEL)]
        if (values := _values(evidence, key, sides))
    }
    model = [key for key in differing if key in _MODEL]
    others = [key for key in (*_DATA, *_TRAINING) if key in differing]
    if "optimizer" not in others:
        others += sorted(OPTIMIZER & differing.keys())
    named = [f"{key} ({' against '.join(differing[key])})" for key in others]
    return (["the model"] if model else []) + named


def _sides(claim: Claim) -> list[str]:
    """Give the two groups that a claim compares; of a larger difference, the first two."""
    if isinstance(claim, LargerDifference):
        return list(reversed(claim.first))
    sides = (getattr(claim, name, None) for name in ("than", "group"))
    return [where for where in sides if where is not None]


def _values(
    evidence: Evidence, key: str, sides: Sequence[Sequence[Configuration]]
) -> tuple[str, str] | None:
    """Give a setting's values on both sides when they differ and a source gives them."""
    first, second = (list(dict.fromkeys(one.setting(key) for one in side)) for side in sides)
    if set(first) == set(second) or any(
        evidence.is_assumed(key, one) for side in sides for one in side
    ):
        return None
    return tuple(" or ".join(map(str, values)) for values in (first, second))


def _batches(evidence: Evidence, claim: Claim) -> Iterator[Finding]:
    """With as many epochs, a larger batch makes fewer updates of the weights."""
    if not isinstance(claim, Monotone) or claim.by != "batch_size":
        return
    found = [evidence.default(cell) for cell in evidence.pick(claim.among)]
    if len(found) > 1 and len({one.settings["epochs"] for one in found}) == 1:
        counts = [updates(one) for one in found]
        yield Finding(
            claim.source,
            f"{claim.id}: one thing",
            "batch_size, number of updates",
            f"{claim.source}: the claim {claim.id} compares batch sizes over as many epochs each, "
            f"so the updates of the weights change with them, from {max(counts)} to {min(counts)}.",
            "note",
        )


def _best_epochs(evidence: Evidence) -> Iterator[Finding]:
    """Find best epochs that were picked on the test images; put the last one in their place."""
    logs = {
        id(cell): evidence.study.printed(table)
        for table in evidence.tables("epochs")
        if (cell := evidence.cell_of(table)) is not None
    }
    for cell in evidence.pick(None):
        settings = evidence.default(cell).settings
        best = cell.scores.get("accuracy")
        on_test = settings["validation"] == "test"
        if settings["reported_epoch"] != "best" or not on_test or best is None:
            continue
        rows = logs.get(id(cell), ())
        last = rows[-1].get("val_accuracy") if rows else None
        fallen = [] if last is None else claims_that_fail(evidence, "accuracy", cell, last)
        instead = "" if last is None else f" The last epoch has {text_of(last)}."
        yield Finding(
            cell.place,
            text_of(best),
            f"less than {text_of(best)}" if last is None else text_of(last),
            f"{cell.place}: the best of {settings['epochs']} epochs is picked by its accuracy on "
            f"the test images, {text_of(best)}, and reported with it.{instead}"
            f"{without(fallen, last)}",
            "overturns" if fallen else "note",
        )
