"""Films of the whole field, as hospitals send them: what is found, refused and measured on them."""
