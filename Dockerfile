# syntax=docker/dockerfile:1
# docker build -t payrox . && docker run --rm -v "$PWD:/project" payrox doctor --network mainnet
# What was not built where this was written is listed in docs/unproved.md.

FROM rust:1.95.0-slim-bookworm AS builder
WORKDIR /src
# What the binary is made of: sources, and what is embedded in them.
COPY Cargo.toml Cargo.lock rust-toolchain.toml ./
COPY crates crates
COPY xtask xtask
COPY networks networks
COPY contracts/release contracts/release
COPY docs/findings.md docs/findings.md
RUN cargo build --release --locked --package payrox-cli --bin payrox

# A C library and certificates, no shell, nobody who is root.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=builder /src/target/release/payrox /usr/local/bin/payrox
WORKDIR /project
USER nonroot:nonroot
ENTRYPOINT ["/usr/local/bin/payrox"]
CMD ["--help"]
