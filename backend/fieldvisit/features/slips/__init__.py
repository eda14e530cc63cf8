"""信息传递单: what one post has to tell another, numbered, received, answered, confirmed or passed on (S18.4)."""
