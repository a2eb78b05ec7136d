"""verify.py TARGET LANGUAGES.toml asks every language that the image's target
promises for its version, and fails when one is missing. The versions are kept in
versions.json beside the table."""

import json
import pathlib
import re
import subprocess
import sys
import tomllib


def version(probe: dict) -> str:
    """The version that a probe finds. Raises when there is none."""
    ran = subprocess.run(
        probe["command"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    found = re.search(probe["pattern"], ran.stdout, re.MULTILINE)
    if found is None:
        raise ValueError(f"no version in {ran.stdout!r}")
    return found.group(1)


def main(target: str, path: pathlib.Path) -> None:
    languages = tomllib.loads(path.read_text())["languages"]
    versions, missing = {}, []
    for name, language in languages.items():
        if target != "full" and language["image"] != target:
            continue
        base = languages.get(language.get("variant_of") or language.get("inherits"), {})
        try:
            versions[name] = version(language.get("version") or base["version"])
        except (OSError, subprocess.SubprocessError, ValueError) as err:
            missing.append(f"{name}: {err}")
    if missing:
        sys.exit("verify.py: the image lacks what it promises:\n" + "\n".join(missing))
    (path.parent / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")
    print(*(f"{name} {v}" for name, v in versions.items()), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
