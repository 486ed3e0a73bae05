# devnet.sh STATE COMMAND: runs COMMAND beside a served embedded chain; STATE is its folder, or empty for a fresh chain.
# COMMAND finds the endpoint in $URL and may use `cast`; `facet` and `router` are addresses of the plan in parts/, `slot SELECTOR`
# is a route's storage slot.
state=$1
out=$(mktemp)
seen=$(mktemp)
payrox devnet --port 0 --json ${state:+--state "$state"} > "$out" 2> /dev/null &
pid=$!
until URL=$(sed -n 's/.*"url": "\(.*\)".*/\1/p' "$out") && [ -n "$URL" ]; do
  kill -0 $pid 2> /dev/null || exit 1
  sleep 0.02
done
cast() {
  "$ROOT/node_modules/@foundry-rs/cast-linux-amd64/bin/cast" "$@" --rpc-url "$URL"
}
facet() {
  sed -n '/"facets": \[/,/\]/s/.*"address": "\(.*\)".*/\1/p' parts/artifacts/dispatcher.plan.json | head -n 1
}
router() {
  sed -n '/"addresses": {/,/}/s/.*"router": "\(.*\)".*/\1/p' parts/artifacts/dispatcher.plan.json
}
slot() {
  printf '0x3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbdf64f%08x\n' $((0xf2067f00 + $1))
}
eval "$2" > "$seen" 2>&1
status=$?
kill $pid
wait $pid 2> /dev/null
sed "s|$URL|[URL]|g" "$seen"
rm "$out" "$seen"
exit $status
