apiVersion: v1
kind: Namespace
metadata:
  name: {{ envOr "CODEXK8S_PRODUCTION_NAMESPACE" "ledger-prod" }}
