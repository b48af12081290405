#!/usr/bin/env bash
# Installs actionlint and zizmor for `npm run check:workflows` into the folder $1, and adds it to the PATH of the job. Needs Go and Python.
# The third linter is on GitHub's Ubuntu runners; elsewhere: apt-get install shellcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

folder=${1:?Usage: install.sh <folder>}
mkdir -p "$folder"
# Go checks the module against its checksum database.
GOBIN=$(realpath "$folder") go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --require-hashes --requirement requirements.txt
ln -sf python/bin/zizmor "$folder/zizmor"
if [ -n "${GITHUB_PATH:-}" ]; then realpath "$folder" >> "$GITHUB_PATH"; fi
