output "with" {
  description = "What the action's steps need under `with:`, for jobs that plan and for jobs that delete."
  value = {
    for key, role in tencentcloud_cam_role.this : key => {
      "role-arn"            = "qcs::cam::uin/${var.account_id}:roleName/${role.name}"
      "oidc-provider"       = tencentcloud_cam_role_sso.github.name
      "oidc-audience"       = var.audience
      "allowed-account-ids" = var.account_id
    }
  }
}

output "subjects" {
  description = "The subjects that each role trusts."
  value = {
    plan     = local.plan_subjects
    deletion = local.deletion_subjects
  }
}
