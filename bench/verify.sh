#!/usr/bin/env bash
# Asks a chain with cast what `payrox verify` asks it, one question a call, and compares with the plan.
# usage: CAST=<cast> verify.sh PLAN URL
set -euo pipefail
plan=$1 url=$2
cast=${CAST:-cast}
wrong=0 asked=0

same() { # what expected found
    asked=$((asked + 1))
    [ "${2,,}" = "${3,,}" ] || { echo "$1: expected $2, found $3" >&2; wrong=$((wrong + 1)); }
}
view() { "$cast" call --rpc-url "$url" "$@"; }

eval "$(jq -r '@sh "dispatcher=\(.addresses.dispatcher) router=\(.addresses.router) factory=\(.addresses.factory)
    manifest=\(.manifest.address) bytes=\(.manifest.bytes) root=\(.root) epoch=\(.epoch) id=\(.planId) chain=\(.chainId)"' "$plan")"

same "chain id" "$chain" "$("$cast" chain-id --rpc-url "$url")"
same "manifest" "0x00${bytes#0x}" "$("$cast" code --rpc-url "$url" "$manifest")"
same "the dispatcher's router" "$router" "$(view "$dispatcher" 'router()(address)')"
same "the router's dispatcher" "$dispatcher" "$(view "$router" 'dispatcher()(address)')"
same "served manifest" "$manifest" "$(view "$router" 'manifest()(address)')"
same "integrity" true "$(view "$dispatcher" 'verifySystemIntegrity()(bool)')"
same "status" "false false" "$(view "$dispatcher" 'status()(bool,bool)' | paste -sd ' ')"
same "active" "$epoch $id $manifest $root" \
    "$(view "$dispatcher" 'active()(uint64,bytes32,address,bytes32)' | cut -d' ' -f1 | paste -sd ' ')"
view "$router" 'facets()((address,bytes4[])[])' >/dev/null && asked=$((asked + 1))

while read -r name address hash; do
    same "code of $name" "$hash" "$("$cast" codehash --rpc-url "$url" "$address")"
done < <(jq -r '.steps[] | .effect | select(.kind == "System")
    | "dispatcher \($d) \(.dispatcherCodeHash)\nrouter \($r) \(.routerCodeHash)"' \
    --arg d "$dispatcher" --arg r "$router" "$plan")

while read -r name address hash salt init; do
    same "code of $name" "$hash" "$("$cast" codehash --rpc-url "$url" "$address")"
    same "creation of $name" "$address" \
        "$(view "$factory" 'predictAddress(bytes32,bytes32)(address)' "$salt" "$init")"
done < <(jq -r '.facets[] | "\(.name) \(.address) \(.codeHash) \(.salt) \(.initCodeHash)"' "$plan")

# A route's slot is this plus its selector; the last six bytes are added here.
high=3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbd low=0xf64ff2067f00
while read -r index selector facet hash flags proof; do
    slot=0x$high$(printf '%012x' $((low + selector)))
    if ((flags & 0x10)); then # COLD: no slot
        word=0x$(printf '%064d' 0)
    else
        # LOCK, VIEW_LOCK, PIN or RECEIVE; a route with none of them is marked as fast.
        mark=$((flags & 0x27 ? 0 : 0x40))
        word=${hash:0:24}$(printf '%02x' $((flags | mark)))${facet#0x}
    fi
    same "loupe of $selector" "$facet" "$(view "$router" 'facetAddress(bytes4)(address)' "$selector")"
    same "slot of $selector" "$word" "$("$cast" storage --rpc-url "$url" "$router" "$slot")"
    same "ban of $selector" false "$(view "$dispatcher" 'isForbidden(bytes4)(bool)' "$selector")"
    same "proof of $selector" true "$(view "$dispatcher" \
        'verifyRoute(bytes4,address,bytes32,uint8,uint256,bytes32[])(bool)' \
        "$selector" "$facet" "$hash" "$flags" "$index" "[$proof]")"
done < <(jq -r '. as $p | (.facets | map({key: .name, value: .}) | from_entries) as $f
    | .routes | to_entries[] | .value as $r
    # No facet is called for plain ether: its route names the first.
    | (if $r.selector == "0x00000000" then $p.facets[0] else $f[$r.facet] end) as $to
    | "\(.key) \($r.selector) \($to.address) \($to.codeHash) \($r.flags) \($p.proofs[$r.selector] // [] | join(","))"' "$plan")

echo "$asked questions, $wrong wrong answers"
[ "$wrong" = 0 ]
