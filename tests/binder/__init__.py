"""The image that Binder makes of `binder/`, made here without a container."""
