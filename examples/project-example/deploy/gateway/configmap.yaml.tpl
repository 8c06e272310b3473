apiVersion: v1
kind: ConfigMap
metadata:
  name: gateway-sites
data:
  default.conf: |
    server {
      listen 8080;
      server_name {{ .Domain }};
      location = /healthz { return 200 "ok\n"; }
      location /api/ { proxy_pass http://messages:3000/; }
      location / { proxy_pass http://web:80/; }
    }
