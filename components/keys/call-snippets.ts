/** A first call with a key, three times: each runs as it is pasted, with nothing to install. */
export function callSnippets(address: string, key: string) {
  const curl = `curl "${address}" \\\n  -H "Authorization: Bearer ${key}"`;

  const javascript = `const answer = await fetch("${address}", {
  headers: { Authorization: "Bearer ${key}" },
});
console.log(answer.status, await answer.text());`;

  const python = `from urllib.request import Request, urlopen

request = Request("${address}", headers={"Authorization": "Bearer ${key}"})
print(urlopen(request).read().decode())`;

  return { curl, javascript, python };
}
