/** The commands of the front page and of the reference. They run as they are pasted, in bash and zsh, one after the other in the same shell. */
export function quickstart(address: string) {
  const takeToken = `TOKEN=$(printf '%s' "$ANSWER" | sed -n 's/.*"access":"\\([^"]*\\)".*/\\1/p')`;

  const register = `EMAIL=you@example.com
PASSWORD=$(head -c 15 /dev/urandom | base64)

ANSWER=$(curl -sS -X POST ${address}/api/auth/register/ \\
  -H "Content-Type: application/json" \\
  -d '{
    "email": "'"$EMAIL"'",
    "password": "'"$PASSWORD"'",
    "password_confirm": "'"$PASSWORD"'",
    "first_name": "New",
    "last_name": "Developer"
  }')
${takeToken}
[ -n "$TOKEN" ] && echo "Your password: $PASSWORD" || echo "$ANSWER"`;

  const login = `ANSWER=$(curl -sS -X POST ${address}/api/auth/login/ \\
  -H "Content-Type: application/json" \\
  -d '{"email": "'"$EMAIL"'", "password": "'"$PASSWORD"'"}')
${takeToken}
[ -n "$TOKEN" ] && echo "Signed in" || echo "$ANSWER"`;

  const createKey = `curl -X POST ${address}/api/auth/keys/create/ \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "key_name": "My first key"
  }'`;

  const takeKey = "KEY='mf_live_…'";

  const verify = `SERVICE_API_SECRET=\${SERVICE_API_SECRET:-$(cat .data/secrets/SERVICE_API_SECRET)}

curl -X POST ${address}/api/keys/verify \\
  -H "Authorization: Bearer $SERVICE_API_SECRET" \\
  -H "Content-Type: application/json" \\
  -d '{"key": "'"$KEY"'"}'`;

  const settings = `curl ${address}/api/auth/settings/ \\
  -H "Authorization: Bearer $TOKEN"`;

  const adminCreateKey = `curl -X POST ${address}/api/api-keys \\
  -H "X-Admin-Secret: $ADMIN_API_SECRET" \\
  -H "Content-Type: application/json" \\
  -d '{"userId": "'"$USER_ID"'", "name": "Issued by staff"}'`;

  const adminListKeys = `curl ${address}/api/api-keys \\
  -H "X-Admin-Secret: $ADMIN_API_SECRET"`;

  return { register, login, createKey, takeKey, verify, settings, adminCreateKey, adminListKeys };
}
