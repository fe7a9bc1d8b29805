"""What uWSGI serves."""

from pc_load_letter import create_app

app = create_app()
