use crate::Profile;
