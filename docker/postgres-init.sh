#!/usr/bin/env bash
# Runs once, on an empty volume: one database and one role for Airflow and for dqheal each.
set -euo pipefail
for name in airflow dqheal; do
    variable=${name^^}_DB_PASSWORD
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
        --set role="$name" --set password="${!variable}" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"role" OWNER :"role";
SQL
done
