# function.sh NAME [TYPE…]: one function of an ABI.
name=$1
shift
inputs=
for type; do
  inputs="$inputs${inputs:+,}{\"name\":\"\",\"type\":\"$type\"}"
done
printf '{"type":"function","name":"%s","stateMutability":"nonpayable","inputs":[%s],"outputs":[]}' "$name" "$inputs"
