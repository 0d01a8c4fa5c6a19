"""Known vulnerabilities in the pinned versions, and versions that do not fit each other.

Asks the vulnerability database of PyPI where a network is there; where none is, says that nothing
was asked, and only what can be checked offline (``pip check``) can fail.
"""

import json
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).parents[1] / "constraints.txt"


def main() -> int:
    """0 where nothing is wrong or nothing could be asked, 1 where something is wrong."""
    fits = subprocess.run([sys.executable, "-m", "pip", "check"]).returncode == 0
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(PINS), "--no-deps"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        print("audit: the vulnerability database could not be asked (no network, or no pip-audit)")
        return not fits
    bad = [d for d in found if d.get("vulns")]
    for package in bad:
        ids = ", ".join(v["id"] for v in package["vulns"])
        print(f"audit: {package['name']} {package['version']}: {ids}")
    print(f"audit: {len(found)} packages looked up, {len(bad)} with a known vulnerability")
    return not fits or bool(bad)


if __name__ == "__main__":
    sys.exit(main())
