"""moto's server, with one thing that moto 5.2.5 leaves out: a message of type DIGEST is signed as it is.

AWS KMS signs a digest without hashing it again (MessageType in the reference of `Sign`). moto hashes whatever it is given, and says in
`KmsBackend.verify` that DIGEST is not yet implemented. A transaction's hash is such a digest.
"""

import sys
import threading

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey
from moto.server import main

current = threading.local()
answer = KmsResponse.sign
hashed = ECDSAPrivateKey.sign


def sign(self):
    current.digest = self._get_param("MessageType") == "DIGEST"
    return answer(self)


def sign_digest(self, message, signing_algorithm):
    if not current.digest:
        return hashed(self, message, signing_algorithm)
    assert signing_algorithm == "ECDSA_SHA_256" and len(message) == 32
    return self.private_key.sign(message, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


KmsResponse.sign = sign
ECDSAPrivateKey.sign = sign_digest
main(sys.argv[1:])
