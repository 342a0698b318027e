"""JupyterLab's address: said in one sentence, and opened where there is a browser."""
