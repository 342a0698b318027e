"""What every notebook is held to, and every notebook run twice."""
