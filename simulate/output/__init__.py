"""What is left in files: folders, workbooks, pages, and the way back."""
