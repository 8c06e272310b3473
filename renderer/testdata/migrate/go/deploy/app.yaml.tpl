{{- $host := envOr "CODEXK8S_PUBLIC_DOMAIN" "localhost" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels: { app: app }
  template:
    metadata:
      labels: { app: app }
    spec:
      containers:
        - name: app
          image: {{ envOr "CODEXK8S_APP_IMAGE" "" }}
          env:
            - name: HOST
              value: "{{ $host }}"
            - name: HOT_RELOAD
              value: "{{ envOr "CODEXK8S_HOT_RELOAD" "false" }}"
          readinessProbe: { tcpSocket: { port: 8080 } }
          resources:
            limits: { memory: 64Mi }
