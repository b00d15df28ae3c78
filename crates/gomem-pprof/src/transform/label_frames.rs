//! Labels as frames: `tagroot` and `tagleaf`.

use std::sync::Arc;

use foldhash::HashMap;

use crate::model::{FunctionColumns, FunctionId, LineColumns, LocationId, Profile, Sample, Strings, scaled_label};

impl Profile {
    /// Adds a frame for each key to every stack: named by the sample's values, in a file named by the key. The first of
    /// the keys is the outermost.
    pub(crate) fn add_label_frames(&mut self, root_keys: &str, leaf_keys: &str) {
        let keys = |keys: &str| -> Vec<String> {
            keys.split(',').filter(|key| !key.is_empty()).rev().map(str::to_owned).collect()
        };
        let (root_keys, leaf_keys) = (keys(root_keys), keys(leaf_keys));
        let mut frames =
            LabelFrames { names: HashMap::default(), added: Vec::new(), next: self.addresses.len() as u32 };
        self.restack(|sample, stack| {
            stack.extend(leaf_keys.iter().map(|key| frames.location(sample, key)));
            stack.extend(sample.locations());
            stack.extend(root_keys.iter().map(|key| frames.location(sample, key)));
            true
        });
        let strings: &mut Strings = Arc::make_mut(&mut self.strings);
        for (name, key) in frames.added {
            let columns = FunctionColumns {
                name: strings.push(&name),
                system_name: 0,
                filename: strings.push(&key),
                start_line: 0,
            };
            let function = Some(FunctionId(self.functions.len() as u32));
            self.functions.push(columns);
            self.lines.push(LineColumns { function, line: 0, column: 0 });
            self.line_offsets.push(self.lines.len());
            self.addresses.push(0);
            self.location_mappings.push(None);
        }
    }
}

struct LabelFrames {
    names: HashMap<(String, String), LocationId>,
    /// Name and key of each location that is new.
    added: Vec<(String, String)>,
    next: u32,
}

impl LabelFrames {
    fn location(&mut self, sample: Sample<'_>, key: &str) -> LocationId {
        let of_key = || sample.labels().filter(|label| label.key == key);
        let texts = of_key().filter(|label| !label.text.is_empty()).map(|label| label.text.to_owned());
        let has_units = of_key().any(|label| !label.unit.is_empty());
        let numbers = of_key().filter(|label| label.text.is_empty()).map(|label| match has_units {
            true => scaled_label(label.number, label.unit, "minimum"),
            false => label.number.to_string(),
        });
        let name = texts.chain(numbers).collect::<Vec<_>>().join(",");
        *self.names.entry((name, key.to_owned())).or_insert_with_key(|named| {
            self.added.push(named.clone());
            let id = LocationId(self.next);
            self.next += 1;
            id
        })
    }
}
