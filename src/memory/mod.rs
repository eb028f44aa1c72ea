//! Memory straight from the system, for what is too large to leave to an allocator.

mod page_buffer;
mod pages;

pub use page_buffer::PageBuffer;
pub use pages::Pages;
