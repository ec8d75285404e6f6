"""What is shown in place of content: messages, empty states and the progress of jobs."""
