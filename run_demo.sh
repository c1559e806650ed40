#!/usr/bin/env bash
# Installs dqheal with its demo and runs it: Kafka, Airflow, Spark and the service start on this machine.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. .ci/environment.sh

case ${1:-} in
    -h | --help)
        cat <<EOF
Usage: ./run_demo.sh [--ci] [--keep] [--report FILE] | --stop

Starts a real Kafka broker, Airflow, Spark and the dashboard on loopback, learns the history of a real table, feeds
days of it with planted faults, heals them and shows how. Exit status 0 when every planted fault was found and no
clean batch was touched.

  --ci            without a terminal: plain progress lines
  --keep          leave everything running, and say how to stop it
  --stop          stop what --keep left running
  --report FILE   write the result as JSON

Needs Python 3.11 to 3.13, Java 17 or newer, and the ports 8001 (dashboard), 8080 (Airflow) and 9092 (Kafka, unless
KAFKA_BOOTSTRAP_SERVERS names a broker). State and logs go under DQHEAL_HOME (default: the user's data folder), the
Python environment into the user's cache folder (DQHEAL_VENV names another).
EOF
        exit 0
        ;;
esac

version=$(java_major) || true
((${version:-0} >= 17)) || die "Java ${version:-is missing}${version:+ found}, 17 or newer is needed: install a JDK (for example Debian's openjdk-17-jre-headless)"

venv=${DQHEAL_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/dqheal/venv-demo}
mkdir -p "$(dirname "$venv")"
install_environment "$venv" requirements.lock

use_environment "$venv"
# --report FILE is meant relative to where the script was called.
cd "$called_from"
exec "$venv/bin/dqheal" demo "$@"
