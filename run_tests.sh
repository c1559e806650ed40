#!/usr/bin/env bash
# Installs what the tests need and runs them against real parts. See --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. .ci/environment.sh

usage() {
    cat <<EOF
Usage: ./run_tests.sh [ROOM ...] [--require-all] [PYTEST ARGUMENTS]

Runs the whole suite, or only the rooms named: $(rooms).
\`lint\` runs ruff, mypy and the import contracts instead of pytest.

  --require-all   a test that is skipped (PostgreSQL, Chromium or Java missing) is a failure

The first run installs the pinned requirements-dev.lock into .venv-tests (DQHEAL_TEST_VENV names another folder);
later ones use it again until the lock or pyproject.toml changes. Python 3.11 to 3.13 with the module venv is needed,
and Java 17 or newer for the rooms that start Spark or Kafka. As root, PostgreSQL and Chromium are installed with
apt-get where they are missing; elsewhere their tests are skipped, and the closing summary says so.

On two or more cores, tests that start servers run beside those that only compute, in up to three processes; with
arguments of pytest (-x, -s, --pdb) all run in one.

  ./run_tests.sh unit                       one room
  ./run_tests.sh unit -k profile -x         and pytest's own arguments
EOF
}

rooms() {
    local folder
    for folder in tests/[a-z]*/; do printf '%s ' "$(basename "$folder")"; done
}

# Debian's package would start a server of its own on port 5432: the tests start theirs, so it makes no cluster.
install_system_packages() {
    local missing=() conf=/etc/postgresql-common/createcluster.d/dqheal-tests.conf
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
    ((${#missing[@]})) || return 0
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        say "not installed: ${missing[*]} (needs root and apt-get); their tests are skipped"
        return 0
    fi
    say "installing ${missing[*]} with apt-get"
    mkdir -p "${conf%/*}" && printf 'create_main_cluster = false\n' >"$conf"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}"; } \
        >"$scratch/apt.log" 2>&1 </dev/null || { tail -n 5 "$scratch/apt.log" >&2; say "apt-get failed (above); their tests are skipped"; }
    rm -f "$conf"
}

check_java() {
    local version
    version=$(java_major) || true
    ((${version:-0} >= 17)) || die "Java ${version:-is missing}${version:+ found}, 17 or newer is needed for Spark and Kafka; the rooms unit and contracts run without"
}

lint() {
    local failed=0 passed=0 command
    for command in "ruff check" "ruff format --check" mypy lint-imports; do
        say "== $command"
        # shellcheck disable=SC2086 # a command and its arguments
        if "$venv/bin/"$command; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    done
    printf '%d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0))
}

targets=() options=() linting=0 small=1 workers=$(nproc 2>/dev/null || echo 1)
((workers <= 3)) || workers=3
while (($#)); do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --require-all) options+=(--require-all) ;;
        lint) linting=1 ;;
        -*) options+=("$@"); workers=1; break ;;
        *)
            if [[ -e tests/${1%%::*} ]]; then targets+=("tests/$1"); elif [[ -e ${1%%::*} ]]; then targets+=("$1"); else die "no room $1; there are: $(rooms)lint"; fi
            case $1 in unit | contracts) ;; *) small=0 ;; esac
            ;;
    esac
    shift
done
((${#targets[@]} || linting)) || { targets=(tests); small=0; }

# The caller's own Airflow, Spark, Kafka and dqheal stay out of the tests.
venv=${DQHEAL_TEST_VENV:-$PWD/.venv-tests}
for name in $(compgen -e); do
    case $name in AIRFLOW_* | DQHEAL_* | SPARK_* | PYSPARK_* | KAFKA_*) unset "$name" ;; esac
done

# Open to others: PostgreSQL does not run as root.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/dqt.XXXXXX")
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT

install_environment "$venv" requirements-dev.lock
if ((linting)); then
    lint
    ((${#targets[@]})) || exit 0
fi
if ((!small)); then
    check_java
    install_system_packages
fi

use_environment "$venv"
export PYTHONUNBUFFERED=1
# Not DQHEAL_HOME itself: it would win over what a test sets.
export AIRFLOW_HOME="$scratch/airflow" XDG_DATA_HOME="$scratch/data" TMPDIR="$scratch"
export AIRFLOW__CORE__LOAD_EXAMPLES=False
# Servers in one worker, what only computes beside them; arguments of one's own (-x, -s, --pdb) want one process.
if ((workers > 1)); then
    options=(--numprocesses "$workers" --dist loadscope "${options[@]}")
    export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
fi
[[ -t 1 ]] && options=(--color=yes "${options[@]}")

# tee -i: Ctrl-C ends pytest, which stops its servers and still prints its summary.
status=0
"$venv/bin/python" -m pytest "${options[@]}" "${targets[@]}" </dev/null 2>&1 | tee -i "$scratch/output" || status=${PIPESTATUS[0]}

# What a stopping server still says must not hide the closing line: it is repeated when it is not the last one.
closing=$(grep -E '(passed|failed|errors?|skipped|deselected|no tests ran).* in [0-9.]+s' "$scratch/output" | tail -n 1) || true
if [[ -n $closing && $(tail -n 1 "$scratch/output") != "$closing" ]]; then printf '%s\n' "$closing"; fi
exit "$status"
