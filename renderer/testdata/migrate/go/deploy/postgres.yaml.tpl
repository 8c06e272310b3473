apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: postgres
  namespace: {{ envOr "CODEXK8S_PRODUCTION_NAMESPACE" "ledger-prod" }}
spec:
  serviceName: postgres
  selector:
    matchLabels: { app: postgres }
  template:
    metadata:
      labels: { app: postgres }
    spec:
      containers:
        - name: postgres
          image: {{ envOr "CODEXK8S_POSTGRES_IMAGE" "pgvector/pgvector:pg16" }}
          resources:
            limits: { memory: 256Mi }
