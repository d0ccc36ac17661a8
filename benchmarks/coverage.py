"""How often intervals cover the truth, and tests reject it, in simulated worlds of few persons.

    python benchmarks/coverage.py --worlds 4000 --only shares

Each subject is a module of `coverage_cells`.
"""

from __future__ import annotations

import argparse

from coverage_cells import SUBJECTS


def main() -> None:
    """Print the tables of all subjects, or of one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=tuple(SUBJECTS))
    asked = parser.parse_args()
    for subject in SUBJECTS if asked.only is None else (asked.only,):
        print(f"\n{subject}\n")
        for line in SUBJECTS[subject](asked.worlds, asked.seed):
            print(line, flush=True)


if __name__ == "__main__":
    main()
