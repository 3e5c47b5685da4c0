"""Whatever stands in a study file or beside it: a study, or one sentence."""

import pytest
from hostile import SHIPPED, law, said, studies, tried

from tunegrid.errors import TunegridError
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.study.study import load_study


@pytest.fixture
def written(tmp_path):
    """Write a changed study to a folder, and give its file."""

    def write(example):
        name, changed, content = example
        for file, own in SHIPPED[name].items():
            (tmp_path / file).write_bytes(content if file == changed else own)
        return tmp_path / "study.toml"

    return write


@tried
@pytest.mark.hostile("a study file, changed anywhere")
def test_a_changed_study_is_a_study_or_one_sentence(count, written):
    """Values, keys and bytes of the files that ship."""

    @law(count, studies)
    def _(example):
        try:
            study = load_study(written(example))
            assert plan(configurations(study), seeds=2)
        except TunegridError as error:
            said(error)
