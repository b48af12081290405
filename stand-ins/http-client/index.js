/**
 * Takes the place of @actions/http-client (see `overrides` in package.json). @actions/core loads that package for OIDC tokens,
 * which this action never asks for; with it comes the whole of undici, which costs the start of the process more than all the
 * action's own work.
 */
export class HttpClient {
  constructor() {
    throw new Error("This build of the action has no client for GitHub's API.");
  }
}

export class BearerCredentialHandler extends HttpClient {}
