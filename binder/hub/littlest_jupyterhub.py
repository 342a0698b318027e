"""For The Littlest JupyterHub: each learner in a container of the course's image.

Goes into /opt/tljh/config/jupyterhub_config.d/ on the server.
"""

c = get_config()  # noqa: F821  JupyterHub defines it

c.JupyterHub.spawner_class = "dockerspawner.DockerSpawner"
c.JupyterHub.hub_ip = "0.0.0.0"  # containers reach the hub by the bridge, not loopback
c.JupyterHub.hub_connect_ip = "172.17.0.1"

c.DockerSpawner.image = "transformer-course-hub"
c.DockerSpawner.cmd = ["jupyterhub-singleuser"]
c.DockerSpawner.default_url = "/lab"
c.DockerSpawner.remove = True
# What learners write stays in a volume of their own; the rest of the home folder is the
# image's, and holds the course itself.
c.DockerSpawner.notebook_dir = "/home/jovyan/work"
c.DockerSpawner.volumes = {"transformer-course-{username}": "/home/jovyan/work"}

# A chapter takes up to 1.5 GB; spinning threads cost dearly where cores are shared.
c.DockerSpawner.mem_limit = "2G"
c.DockerSpawner.cpu_limit = 2
c.DockerSpawner.environment = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "COURSE_PROGRESS": "/home/jovyan/work/progress.jsonl",
}
