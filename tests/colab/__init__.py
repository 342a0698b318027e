"""The course with the versions of Colab's image; Colab itself can't be had here."""
