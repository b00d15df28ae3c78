#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gomem_fuzz::heap_shaped(bytes));
