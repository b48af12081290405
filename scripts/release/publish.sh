#!/usr/bin/env bash
# Publishes the release of the tag $TAG, with the notes in $NOTES and the files named as arguments. Can be run again after a failure.
# Needs gh and git with all tags; $GH_TOKEN, $GITHUB_REPOSITORY and $GITHUB_SHA as in a workflow.
set -euo pipefail

major=${TAG%%.*}

fail() {
  echo "::error::$1"
  exit 1
}

# A release that is immutable takes no files any more, so all of them go into the draft.
if state=$(gh release view "$TAG" --json isDraft --jq .isDraft 2>/dev/null); then
  if [ "$state" = true ]; then gh release delete "$TAG" --yes; fi
else
  state=none
fi
if [ "$state" != false ]; then
  gh release create "$TAG" --draft --verify-tag --title "$TAG" --notes-file "$NOTES" "$@"
  gh release edit "$TAG" --draft=false
fi

# The major tag moves only to a release that cannot change any more.
if [ "$(gh api "repos/$GITHUB_REPOSITORY/releases/tags/$TAG" --jq .immutable)" != true ]; then
  fail "The release is not immutable. Turn on release immutability in the settings of the repository, and make the next patch release."
fi

# Not backwards, when an older line gets a fix.
newest=$(git tag --list "$major.*.*" | sort --version-sort | tail -n 1)
if [ "$newest" != "$TAG" ]; then
  echo "$major stays where it is: $newest is newer than $TAG."
  exit 0
fi

# A tag without a release, which may move: https://docs.github.com/en/actions/how-tos/create-and-publish-actions
if gh api "repos/$GITHUB_REPOSITORY/git/ref/tags/$major" --silent 2>/dev/null; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/git/refs/tags/$major" -f sha="$GITHUB_SHA" -F force=true --silent
else
  gh api --method POST "repos/$GITHUB_REPOSITORY/git/refs" -f ref="refs/tags/$major" -f sha="$GITHUB_SHA" --silent
fi
echo "$major is now $TAG."
