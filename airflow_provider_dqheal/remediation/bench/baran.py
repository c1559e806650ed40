"""Raha and Baran on a dirty and clean pair, as a yardstick: they are told the clean values of twenty rows.

They need an older pandas than dqheal has, so they run in a Python of their own, of which this file is the program.

Sources: Mahdavi and others, Raha, SIGMOD 2019; Mahdavi and Abedjan, Baran, VLDB 2020; package ``raha``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any


def bench_baran(python: Path, dirty: Path, clean: Path) -> dict[str, Any]:
    """Cell precision, recall and F1 of the errors that Raha finds and Baran corrects.

    Args:
        python: an interpreter with ``raha==1.26`` and ``pandas<2.2`` installed.
        dirty: the file with errors.
        clean: the same rows without; twenty of them are shown, the rest only counts.

    Raises:
        ConfigError: when it does not run there.
    """
    from airflow_provider_dqheal.core.errors import ConfigError  # not at the top: the other Python has no dqheal

    command = [str(python), str(Path(__file__).resolve()), str(dirty.resolve()), str(clean.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise ConfigError(
            f"{python}: Raha and Baran do not run there ({said[-1] if said else error}); "
            "make an environment with raha==1.26, pandas<2.2, numpy<2 and setuptools<81"
        ) from error
    return {"pair": dirty.parent.name, "history": "none, 20 rows labelled", **found}


def _main(dirty: str, clean: str) -> None:
    import random

    import numpy as np
    import raha  # type: ignore[import-not-found]

    random.seed(0)
    np.random.seed(0)
    with TemporaryDirectory(prefix="dqheal-baran-") as folder:
        for source, name in ((dirty, "dirty.csv"), (clean, "clean.csv")):
            copyfile(source, Path(folder) / name)
        # Raha names files in the temporary folder after the data set: another run may have some there.
        about = {"name": Path(folder).name, "path": f"{folder}/dirty.csv", "clean_path": f"{folder}/clean.csv"}
        finder, corrector = raha.Detection(), raha.Correction()
        for one in (finder, corrector):
            one.VERBOSE = one.SAVE_RESULTS = False
        data = raha.dataset.Dataset(about)
        data.detected_cells = dict(finder.run(about))
        fixed = corrector.run(data)
        precision, recall, f1 = data.get_data_cleaning_evaluation(fixed)[-3:]
    print(json.dumps({"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
