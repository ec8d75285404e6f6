"""What the judgements add up to: class vectors, and the agreement of annotators."""
