# shellcheck shell=bash
# Sourced by run_demo.sh and run_tests.sh: makes a Python environment from a lock.

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 2; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    die "no Python 3.11 to 3.13 with the module venv found; install one, or name it with PYTHON=/path/to/python"
}

# uv of the machine, else one of our own beside the environment.
find_uv() { # PYTHON VENV
    if command -v uv >/dev/null; then command -v uv; return; fi
    if [[ ! -x $2-uv/bin/uv ]]; then
        say "installing uv"
        "$1" -m venv --clear "$2-uv" && "$2-uv/bin/python" -m pip install --quiet --disable-pip-version-check "uv>=0.5" >&2 ||
            die "uv cannot be installed (above); check the network and the configuration of pip"
    fi
    printf '%s\n' "$2-uv/bin/uv"
}

# Installs LOCK and this checkout into VENV; does nothing when both are as they were.
install_environment() { # VENV LOCK
    local venv=$1 lock=$2 python uv stamp
    python=$(find_python)
    stamp=$("$python" - "$PWD" "$lock" pyproject.toml <<'PY'
import hashlib, pathlib, sys
parts = [sys.version, sys.argv[1], *(pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[2:])]
print(hashlib.sha256("\0".join(parts).encode()).hexdigest())
PY
    )
    if [[ $(cat "$venv/.stamp" 2>/dev/null) == "$stamp" ]] && "$venv/bin/python" -c '' 2>/dev/null; then return; fi
    uv=$(find_uv "$python" "$venv")
    say "installing $lock into $venv"
    rm -f "$venv/.stamp"
    [[ $("$venv/bin/python" -c 'import sys; print(sys.version)' 2>/dev/null) == "$("$python" -c 'import sys; print(sys.version)')" ]] ||
        "$uv" venv --quiet --clear --python "$python" "$venv"
    "$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes "$lock"
    "$uv" pip install --quiet --python "$venv/bin/python" --no-deps --editable .
    printf '%s\n' "$stamp" >"$venv/.stamp"
}

# Compiled modules are kept beside VENV's packages, none in the checkout: without them Airflow takes twice as long to start.
use_environment() { # VENV
    export PATH="$1/bin:$PATH" VIRTUAL_ENV="$1" PYTHONPYCACHEPREFIX="$1/pycache"
    unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
}

java_major() { java -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p' | head -n 1; }
