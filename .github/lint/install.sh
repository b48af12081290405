#!/usr/bin/env bash
# Installs actionlint, zizmor and shellcheck for `npm run check:workflows` into the folder $1, and adds it to the PATH of the job. Needs
# Go and Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

folder=${1:?Usage: install.sh <folder>}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# Go checks the module against its checksum database.
GOBIN=$folder go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --require-hashes --requirement requirements.txt
ln -sf python/bin/zizmor python/bin/shellcheck "$folder"
if [ -n "${GITHUB_PATH:-}" ]; then echo "$folder" >> "$GITHUB_PATH"; else echo "Now: export PATH=\"$folder:\$PATH\""; fi
