//! scaffold, being written
