use super::{config, counter, dev, word};
use alloy_network::{EthereumWallet, TransactionBuilder};
use alloy_primitives::{B256, U256, bytes};
use alloy_provider::{Provider, ProviderBuilder};
use alloy_rpc_client::{BatchRequest, RpcClient};
use alloy_rpc_types_eth::{Filter, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use payrox_devnet::{DEV_ACCOUNTS, Devnet, serve};

/// What a deployment tool does, through alloy's fillers.
async fn deploy_call_and_read(client: RpcClient) {
    let signer = PrivateKeySigner::from_bytes(&DEV_ACCOUNTS[3].key).unwrap();
    let provider = ProviderBuilder::new().wallet(EthereumWallet::from(signer)).connect_client(client);
    assert_eq!(provider.get_chain_id().await.unwrap(), 31338);

    let create = TransactionRequest::default().with_deploy_code(counter());
    let receipt = provider.send_transaction(create).await.unwrap().get_receipt().await.unwrap();
    assert!(receipt.status());
    let contract = receipt.contract_address.unwrap();
    assert_eq!(contract, dev(3).create(0));
    assert_eq!(provider.get_code_at(contract).await.unwrap(), super::COUNTER);

    let set = |value| TransactionRequest::default().to(contract).input(word(value).to_vec().into());
    let sent = provider.send_transaction(set(5)).await.unwrap();
    let hash = *sent.tx_hash();
    let receipt = sent.get_receipt().await.unwrap();
    assert_eq!((receipt.from, receipt.to, receipt.transaction_hash), (dev(3), Some(contract), hash));
    let found = provider.get_transaction_by_hash(hash).await.unwrap().unwrap();
    assert_eq!(found.block_hash, receipt.block_hash);
    assert_eq!(found.inner.signer(), dev(3));

    let read = TransactionRequest::default().to(contract);
    assert_eq!(provider.call(read.clone()).await.unwrap(), word(5).to_vec());
    assert_eq!(provider.get_storage_at(contract, U256::ZERO).await.unwrap(), U256::from(5));
    let logs =
        provider.get_logs(&Filter::new().address(contract).event_signature(word(7)).from_block(0)).await;
    let logs = logs.unwrap();
    assert_eq!(logs.len(), 1);
    assert_eq!((&logs[0].inner.data.data[..], logs[0].transaction_hash), (&word(5)[..], Some(hash)));

    let error = provider.call(set(0)).await.unwrap_err();
    assert_eq!(error.as_error_resp().unwrap().as_revert_data().unwrap(), bytes!("deadbeef"));
    let error = provider.estimate_gas(set(0)).await.unwrap_err();
    assert_eq!(error.as_error_resp().unwrap().as_revert_data().unwrap(), bytes!("deadbeef"));

    let block = provider.get_block_by_number(2.into()).full().await.unwrap().unwrap();
    assert_eq!(block.header.hash, block.header.inner.hash_slow(), "the hash is that of the header shown");
    assert_eq!(block.header.hash, receipt.block_hash.unwrap());
    let parent = provider.get_block(block.header.parent_hash.into()).await.unwrap().unwrap();
    assert_eq!(parent.header.number, 1);
    assert_eq!(block.transactions.hashes().collect::<Vec<B256>>(), [hash]);
    let receipts = provider.get_block_receipts(2.into()).await.unwrap().unwrap();
    assert_eq!(receipts, [receipt]);

    let mut batch = BatchRequest::new(provider.client());
    let first = batch.add_call::<_, U256>("eth_getBalance", &(dev(1), "latest")).unwrap();
    let second = batch.add_call::<_, U256>("eth_nonsense", &()).unwrap();
    batch.send().await.unwrap();
    assert_eq!(first.await.unwrap(), U256::from(10).pow(U256::from(22)));
    let error = second.await.unwrap_err();
    assert_eq!(error.as_error_resp().unwrap().code, -32601);
}

#[tokio::test]
async fn a_system_is_deployed_and_read_through_alloy_in_memory() {
    deploy_call_and_read(Devnet::new(&config()).client()).await;
}

#[tokio::test]
async fn a_system_is_deployed_and_read_through_alloy_over_http() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = serve(Devnet::new(&config()), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    deploy_call_and_read(RpcClient::new_http(server.url().parse().unwrap())).await;
    server.shutdown().await;
}
