locals {
  plan_subjects     = [for context in var.plan_contexts : "${var.repository_subject}:${context}"]
  deletion_subjects = [for name in var.deletion_environments : "${var.repository_subject}:environment:${replace(name, ":", "%3A")}"]
}

resource "tencentcloud_cam_role_sso" "github" {
  name            = var.provider_name
  description     = "OIDC tokens of GitHub Actions"
  identity_url    = var.issuer
  identity_key    = base64encode(var.jwks)
  client_ids      = [var.audience]
  auto_rotate_key = var.auto_rotate_keys ? 1 : null
}

# Who may assume which role. Without oidc:sub any repository on GitHub could.
resource "tencentcloud_cam_role" "this" {
  for_each = {
    plan     = local.plan_subjects
    deletion = local.deletion_subjects
  }

  name        = "${var.name_prefix}-${each.key}"
  description = "GitHub Actions: delete-tencentcloud-ssl-csrs"
  document = jsonencode({
    version = "2.0"
    statement = [{
      effect    = "allow"
      action    = ["name/sts:AssumeRoleWithWebIdentity"]
      principal = { federated = ["qcs::cam::uin/${var.account_id}:oidc-provider/${tencentcloud_cam_role_sso.github.name}"] }
      condition = {
        string_equal = {
          "oidc:iss" = [var.issuer]
          "oidc:aud" = [var.audience]
          "oidc:sub" = each.value
        }
      }
    }]
  })
}

resource "tencentcloud_cam_policy" "list" {
  name        = "${var.name_prefix}-list"
  description = "List CSRs. Does not show private keys."
  document = jsonencode({
    version   = "2.0"
    statement = [{ effect = "allow", action = ["ssl:DescribeCSRSet"], resource = ["*"] }]
  })
}

resource "tencentcloud_cam_policy" "delete" {
  name        = "${var.name_prefix}-delete"
  description = "Delete CSRs."
  document = jsonencode({
    version   = "2.0"
    statement = [{ effect = "allow", action = ["ssl:BatchDeleteCSR"], resource = ["qcs::ssl::uin/${var.account_id}:csr/*"] }]
  })
}

resource "tencentcloud_cam_role_policy_attachment" "list" {
  for_each = tencentcloud_cam_role.this

  role_id   = each.value.id
  policy_id = tencentcloud_cam_policy.list.id
}

resource "tencentcloud_cam_role_policy_attachment" "delete" {
  role_id   = tencentcloud_cam_role.this["deletion"].id
  policy_id = tencentcloud_cam_policy.delete.id
}
