# artifact.sh NAME ABI [CREATION [RUNTIME [LINKS]]]: writes out/NAME.sol/NAME.json, as Foundry would have. ABI may be @FILE.
# Without code, NAME's runtime code is STOP and its own name, so that no two contracts are the same.
name=$1
case $2 in
  @*) abi=$(cat "${2#@}") ;;
  *) abi=$2 ;;
esac
tag=00$(printf '%s' "$name" | od -An -tx1 | tr -d ' \n')
size=$(printf '%02x' $((${#tag} / 2)))
creation=${3:-60${size}600c60003960${size}6000f3$tag}
runtime=${4:-$tag}
links=${5:-'{}'}
compiler=${COMPILER:-0.8.30+commit.73712a01}
mkdir -p "out/$name.sol"
cat > "out/$name.sol/$name.json" <<JSON
{
  "abi": $abi,
  "bytecode": { "object": "0x$creation", "linkReferences": $links },
  "deployedBytecode": { "object": "0x$runtime", "linkReferences": {}, "immutableReferences": {} },
  "metadata": {
    "compiler": { "version": "$compiler" },
    "language": "Solidity",
    "output": { "abi": $abi },
    "settings": {
      "compilationTarget": { "src/$name.sol": "$name" },
      "evmVersion": "cancun",
      "libraries": {},
      "metadata": { "bytecodeHash": "none" },
      "optimizer": { "enabled": true, "runs": 200 },
      "remappings": [],
      "viaIR": true
    },
    "sources": {},
    "version": 1
  }
}
JSON
