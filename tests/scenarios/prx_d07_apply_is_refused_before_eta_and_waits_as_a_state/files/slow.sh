# An upgrade on a network whose time cannot be skipped, by keys that were passed.
bootstrapper=0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80
owner=0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d
cast=$ROOT/node_modules/@foundry-rs/cast-linux-amd64/bin/cast
mkdir -p parts/networks
sed 's/"anvil"/"slow"/; s/31337/31338/; s/skip_time = true/skip_time = false/' "$ROOT/networks/anvil.toml" > parts/networks/slow.toml
export PAYROX_NETWORK=slow PAYROX_PROJECT=parts ETH_RPC_URL="$URL"

show() {
  echo "> $*"
  "$@"
  echo "[exit $?]"
}

show payrox run --broadcast
export PRIVATE_KEY=$bootstrapper
payrox run --broadcast > /dev/null
(cd parts && sh artifact.sh Facet "[$(sh function.sh ping),$(sh function.sh pong)]")
export PRIVATE_KEY=$owner
show payrox run --broadcast
show payrox status
show payrox apply --broadcast
show payrox verify staging
"$cast" rpc evm_increaseTime 172900 --rpc-url "$URL" > /dev/null
"$cast" rpc evm_mine --rpc-url "$URL" > /dev/null
show payrox status
show payrox apply
show payrox apply --broadcast
show payrox verify
