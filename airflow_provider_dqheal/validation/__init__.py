"""The independent judge: whether a staged batch is proven better than it came. It shares no code with the healer."""
