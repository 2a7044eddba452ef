"""Validates weights files against the published JSON Schema: `python .ci/schema.py WEIGHTS...`.

The validator shares no code with the program. Files that a scorer would misread must be refused, so that the schema is
known to say something.
"""

import copy
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

schema = json.loads((Path(__file__).parent.parent / "score" / "weights.schema.json").read_text(encoding="utf-8"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)


def spoilt(weights):
    """The same weights with one mistake each, by what the mistake is."""

    def edit(change):
        copied = copy.deepcopy(weights)
        change(copied)
        return copied

    number = next(i for i, recipe in enumerate(weights["recipes"]) if recipe["kind"] == "number")
    return {
        "a transform nobody knows": edit(lambda w: w["recipes"][number].update(transform="sqrt")),
        "a number as text": edit(lambda w: w["terms"][0].update(coefficient="0.75")),
        "a status nobody knows": edit(lambda w: w.update(status="final")),
        "an unknown key": edit(lambda w: w.update(surprise=1)),
        "no score mapping": edit(lambda w: w.pop("score")),
    }


for name in sys.argv[1:]:
    weights = json.loads(Path(name).read_text(encoding="utf-8"))
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(weights)]
    errors += [f"accepted although it has {what}" for what, bad in spoilt(weights).items() if validator.is_valid(bad)]
    if errors:
        sys.exit("\n".join(f"{Path(name).name}: {error}" for error in errors))
    print(f"{Path(name).name}: valid, and refused with each of {len(spoilt(weights))} mistakes")
if len(sys.argv) == 1:
    sys.exit("no weights file was given")
