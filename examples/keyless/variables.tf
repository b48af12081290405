variable "account_id" {
  description = "ID (UIN) of the main account that owns the CSRs."
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.account_id))
    error_message = "The account ID consists of digits, like 100000000001."
  }
}

variable "repository_subject" {
  description = "How the subject of the repository's OIDC tokens begins: gh api repos/OWNER/REPO/actions/oidc/customization/sub --jq .sub_claim_prefix"
  type        = string

  validation {
    condition     = can(regex("^repo:[^/:*?[:space:]]+/[^/:*?[:space:]]+$", var.repository_subject))
    error_message = "Write repo:OWNER@123456/REPO@456789, or repo:OWNER/REPO for a repository without immutable subjects. There are no wildcards."
  }
}

variable "deletion_environments" {
  description = "GitHub environments whose jobs may delete."
  type        = list(string)
  default     = ["csr-deletion"]

  validation {
    condition     = length(var.deletion_environments) > 0 && length(var.deletion_environments) <= 10 && alltrue([for name in var.deletion_environments : can(regex("^[^*?]+$", name))])
    error_message = "Name one to ten environments, without wildcards."
  }
}

variable "plan_contexts" {
  description = "How the subjects of the jobs end that may list CSRs, but not delete: pull_request, ref:refs/heads/main, environment:NAME."
  type        = list(string)
  default     = ["pull_request", "ref:refs/heads/main"]

  validation {
    condition     = length(var.plan_contexts) > 0 && length(var.plan_contexts) <= 10 && alltrue([for context in var.plan_contexts : can(regex("^(pull_request|(ref|environment):[^*?[:space:]]+)$", context))])
    error_message = "Name one to ten of pull_request, ref:refs/heads/BRANCH and environment:NAME, without wildcards."
  }
}

variable "jwks" {
  description = "GitHub's signing keys: the JSON of ISSUER/.well-known/jwks."
  type        = string

  validation {
    condition     = try(length(jsondecode(var.jwks).keys) > 0, false)
    error_message = "This is not a JSON Web Key Set: it has no \"keys\"."
  }
}

variable "auto_rotate_keys" {
  description = "Lets CAM fetch new signing keys by itself. Only on cloud.tencent.com."
  type        = bool
  default     = false
}

variable "issuer" {
  description = "Issuer of the OIDC tokens. On GitHub Enterprise Server: https://HOSTNAME/_services/token"
  type        = string
  default     = "https://token.actions.githubusercontent.com"
}

variable "audience" {
  description = "The action's input oidc-audience."
  type        = string
  default     = "sts.tencentcloudapi.com"
}

variable "provider_name" {
  description = "Name of the identity provider in CAM: the action's input oidc-provider."
  type        = string
  default     = "github"
}

variable "name_prefix" {
  description = "Begins the names of the roles and policies."
  type        = string
  default     = "github-csr"
}
