//! Questions collected from all checks, put in one batch; answers found again by place.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use payrox_chain::{At, CallRequest, ChainError, Endpoint, Read};
use std::{cell::RefCell, marker::PhantomData};

/// All that is to be read.
#[derive(Default)]
pub(crate) struct Questions(Vec<Read>);

/// Where the answer to a question will be, and what it is.
pub(crate) struct Place<T>(usize, PhantomData<T>);

/// Something that was asked for.
pub(crate) enum Seen<T> {
    /// The answer.
    Value(T),
    /// The chain answered, but not with this: it reverted, or gave something else.
    Wrong(String),
    /// The endpoint did not answer.
    Unknown(String),
}

/// Markers of what comes back.
pub(crate) struct CodeOf;
/// A storage slot.
pub(crate) struct Word;

impl Questions {
    pub(crate) fn code(&mut self, address: Address) -> Place<CodeOf> {
        self.ask(Read::Code(address))
    }

    pub(crate) fn storage(&mut self, address: Address, slot: U256) -> Place<Word> {
        self.ask(Read::Storage(address, slot))
    }

    pub(crate) fn call<C: SolCall>(&mut self, to: Address, call: &C) -> Place<C> {
        self.ask(Read::Call(CallRequest::view(to, call.abi_encode())))
    }

    fn ask<T>(&mut self, read: Read) -> Place<T> {
        self.0.push(read);
        Place(self.0.len() - 1, PhantomData)
    }

    pub(crate) async fn put(self, endpoint: &Endpoint, at: At) -> Result<Answers, ChainError> {
        let answers = endpoint.read(at, &self.0).await?;
        Ok(Answers {
            answers: answers.into_iter().map(Some).collect::<Vec<_>>().into(),
            trouble: RefCell::default(),
        })
    }
}

/// An answer that was given, and where it was none, what came in its place.
pub(crate) fn seen(
    answer: Option<Result<Bytes, ChainError>>,
    trouble: &RefCell<Option<ChainError>>,
) -> Seen<Bytes> {
    match answer {
        Some(Ok(bytes)) => Seen::Value(bytes),
        Some(Err(error @ ChainError::Reverted { .. })) => Seen::Wrong(error.to_string()),
        Some(Err(error)) => {
            let text = error.to_string();
            trouble.borrow_mut().get_or_insert(error);
            Seen::Unknown(text)
        }
        None => Seen::Unknown("an answer is missing".into()),
    }
}

/// All answers; each is taken once.
pub(crate) struct Answers {
    answers: RefCell<Vec<Option<Result<Bytes, ChainError>>>>,
    trouble: RefCell<Option<ChainError>>,
}

impl Answers {
    fn take<T>(&self, place: &Place<T>) -> Seen<Bytes> {
        let answer = self.answers.borrow_mut().get_mut(place.0).and_then(Option::take);
        seen(answer, &self.trouble)
    }

    /// What the endpoint said in place of an answer, the first time.
    pub(crate) fn trouble(&self) -> &RefCell<Option<ChainError>> {
        &self.trouble
    }

    pub(crate) fn code(&self, place: &Place<CodeOf>) -> Seen<Bytes> {
        self.take(place)
    }

    pub(crate) fn word(&self, place: &Place<Word>) -> Seen<B256> {
        self.take(place).and_then(|bytes| match B256::try_from(bytes.as_ref()) {
            Ok(word) => Seen::Value(word),
            Err(_) => Seen::Wrong(format!("{} bytes where a word was asked for", bytes.len())),
        })
    }

    pub(crate) fn output<C: SolCall>(&self, place: &Place<C>) -> Seen<C::Return> {
        self.take(place).and_then(|bytes| match C::abi_decode_returns_validate(&bytes) {
            Ok(output) => Seen::Value(output),
            Err(_) if bytes.is_empty() => Seen::Wrong(format!("nothing answers {}", C::SIGNATURE)),
            Err(error) => Seen::Wrong(format!("{} answers with something else: {error}", C::SIGNATURE)),
        })
    }

    /// As if this question had not been answered.
    #[cfg(test)]
    pub(crate) fn lose(&self, at: usize) {
        self.answers.borrow_mut()[at] = None;
    }

    pub(crate) fn into_trouble(self) -> Option<ChainError> {
        self.trouble.into_inner()
    }
}

impl<T> Seen<T> {
    pub(crate) fn and_then<U>(self, f: impl FnOnce(T) -> Seen<U>) -> Seen<U> {
        match self {
            Self::Value(value) => f(value),
            Self::Wrong(why) => Seen::Wrong(why),
            Self::Unknown(why) => Seen::Unknown(why),
        }
    }

    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Seen<U> {
        self.and_then(|value| Seen::Value(f(value)))
    }
}
