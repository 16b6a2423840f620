//! Sets of facts by their places.

/// The slots of some facts, each once, in declared order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots {
    ascending: Vec<usize>,
}

impl Slots {
    pub(crate) fn contains(&self, slot: usize) -> bool {
        self.ascending.binary_search(&slot).is_ok()
    }

    pub(crate) fn insert(&mut self, slot: usize) {
        if let Err(place) = self.ascending.binary_search(&slot) {
            self.ascending.insert(place, slot);
        }
    }

    pub(crate) fn remove(&mut self, slot: usize) {
        if let Ok(place) = self.ascending.binary_search(&slot) {
            self.ascending.remove(place);
        }
    }

    pub(crate) fn retain(&mut self, wanted: impl Fn(usize) -> bool) {
        self.ascending.retain(|slot| wanted(*slot));
    }

    pub(crate) fn as_slice(&self) -> &[usize] {
        &self.ascending
    }

    pub(crate) fn into_vec(self) -> Vec<usize> {
        self.ascending
    }
}
